"""What Chromium's pretended camera films: somebody holding up a code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qrcode
from PIL import Image

WIDTH, HEIGHT = 640, 480
FRAMES = 10
WALL = 0xB4


def film(picture: Any, path: Path) -> Path:
    """Ten frames of a grey picture in the middle of a grey wall, in colours that are none (y4m)."""
    frame = Image.new("L", (WIDTH, HEIGHT), WALL)
    frame.paste(picture, ((WIDTH - picture.width) // 2, (HEIGHT - picture.height) // 2))
    return film_of_frame(frame, path)


def film_of_frame(frame: Any, path: Path) -> Path:
    """Ten times the same whole picture of the camera, in its own size."""
    colourless = b"\x80" * (frame.width * frame.height // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{frame.width} H{frame.height} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(FRAMES):
            file.write(b"FRAME\n" + frame.tobytes() + colourless)
    return path


def film_of(code: str, path: Path) -> Path:
    """A film of a code that was never drawn by a page."""
    return film(qrcode.make(code, box_size=8, border=6).convert("L"), path)


def flags(path: Path) -> tuple[str, ...]:
    """What makes Chromium take the film for its camera, and allow it."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    )
