"""The door to ultralytics, which phones home, installs packages and writes into the home folder unless told not to.

It also asks for one thread, of all that compute in this process and are not told otherwise.
"""

import logging
import os
import tempfile
from pathlib import Path

from anprd.training import cores

os.environ.setdefault("OMP_NUM_THREADS", str(cores.thread_count()))
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_CONFIG_DIR", str(Path(tempfile.gettempdir()) / f"anprd-ultralytics-{os.getuid()}"))
Path(os.environ["YOLO_CONFIG_DIR"]).mkdir(parents=True, exist_ok=True)
logging.disable(logging.INFO)  # the first import of all greets on standard output, which is for results

from ultralytics import YOLO  # noqa: E402  (the settings above must stand first)
from ultralytics.data.dataset import YOLODataset  # noqa: E402
from ultralytics.engine import trainer  # noqa: E402
from ultralytics.models.yolo.detect import DetectionTrainer  # noqa: E402
from ultralytics.nn.tasks import yaml_model_load as described  # noqa: E402
from ultralytics.utils import LOGGER  # noqa: E402

logging.disable(logging.NOTSET)

__all__ = ["LOGGER", "YOLO", "DetectionTrainer", "YOLODataset", "described", "trainer"]
