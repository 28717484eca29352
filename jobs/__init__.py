"""The storey of stages: one file a stage, each a job and a spark-submit script."""
