"""What ultralytics itself finds in some pictures, as JSON; run by the interpreter of the training environment.

python tests/parity_child.py CHECKPOINT SIDE_PX CONFIDENCE PICTURE...
"""

import json
import sys

from ultralytics import YOLO

checkpoint, side_px, confidence, *pictures = sys.argv[1:]
results = YOLO(checkpoint).predict(pictures, imgsz=int(side_px), conf=float(confidence), iou=0.5, verbose=False)
print(
    json.dumps(
        [
            [[*box, score] for box, score in zip(result.boxes.xyxy.tolist(), result.boxes.conf.tolist(), strict=True)]
            for result in results
        ]
    )
)
