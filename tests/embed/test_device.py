"""Which device a task takes, with GPUs that are not there."""

from types import SimpleNamespace

import pytest

from thresher.embed.device import choose
from thresher.errors import ThresherError


def test_two_tasks_with_two_addresses_take_two_devices() -> None:
    given = [{"gpu": SimpleNamespace(addresses=[address])} for address in ("0", "1")]
    assert [choose("auto", resources, 0, gpus=0) for resources in given] == ["cuda:0", "cuda:1"]


def test_tasks_without_addresses_share_out_the_machines_devices() -> None:
    assert {choose("cuda", {}, partition, gpus=3) for partition in range(9)} == {"cuda:0", "cuda:1", "cuda:2"}
    assert choose("cpu", {}, 1, gpus=3) == "cpu"
    assert choose("cuda:2", {}, 0, gpus=3) == "cuda:2"


@pytest.mark.parametrize("wanted", ["cuda", "cuda:0", "cuda:3"])
def test_a_device_that_is_not_there_is_told(wanted: str) -> None:
    with pytest.raises(ThresherError, match="there is no cuda"):
        choose(wanted, {}, 0, gpus=0)
