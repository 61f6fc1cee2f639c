"""The door to ultralytics, which phones home, installs packages and writes into the home folder unless told not to.

It also asks for one thread, of all that compute in this process and are not told otherwise.
"""

import atexit
import contextlib
import logging
import os

from anprd import scratch
from anprd.training import cores


def _settings_folder() -> str:
    """A folder of this process and those that it begins, for what ultralytics keeps of itself; gone at the end.

    One with a name that can be foretold another user makes first, with links in it to what he wants written over.
    """
    maker, ours = os.getpid(), contextlib.ExitStack()
    atexit.register(lambda: ours.close() if os.getpid() == maker else None)
    return str(ours.enter_context(scratch.folder(prefix="anprd-ultralytics-")))


os.environ.setdefault("OMP_NUM_THREADS", str(cores.thread_count()))
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
if "YOLO_CONFIG_DIR" not in os.environ:
    os.environ["YOLO_CONFIG_DIR"] = _settings_folder()
logging.disable(logging.INFO)  # the first import of all greets on standard output, which is for results

from ultralytics import YOLO  # noqa: E402  (the settings above must stand first)
from ultralytics.data.dataset import YOLODataset  # noqa: E402
from ultralytics.engine import trainer  # noqa: E402
from ultralytics.models.yolo.detect import DetectionTrainer  # noqa: E402
from ultralytics.nn.tasks import yaml_model_load as described  # noqa: E402
from ultralytics.utils import LOGGER  # noqa: E402

logging.disable(logging.NOTSET)

__all__ = ["LOGGER", "YOLO", "DetectionTrainer", "YOLODataset", "described", "trainer"]
