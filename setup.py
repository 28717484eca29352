"""Maps the two storeys, lib/ and jobs/, and the recipes into one wheel."""

from setuptools import find_packages, setup

library = find_packages("lib")
setup(
    packages=[*library, "thresher_jobs", "thresher_conf"],
    package_dir={"thresher": "lib/thresher", "thresher_jobs": "jobs", "thresher_conf": "conf"},
    package_data={
        "thresher": ["py.typed", "**/*.npy", "**/*.html", "**/*.css", "**/*.txt", "**/*.json", "**/*.y*ml"],
        "thresher_conf": ["recipes/*.yaml", "*.conf"],
    },
)
