"""A camera that ends each session in another way; `python -m tests.chaos.dying` says its URL, then each end."""

import socket
import sys
import threading

from tests.chaos import film
from tests.chaos.camera import Camera, Mood


class DyingCamera(Camera):
    """Refuses, cuts off, garbles, falls silent, or dies in the middle of a picture."""

    ENDS = ("close", "garbage", "half", "401", "453", "503", "no video", "play", "play", "stall", "mute")
    WEIGHTS = (4, 4, 4, 3, 1, 3, 3, 3, 3, 0.4, 0.2)

    def _serve(self, connection: socket.socket) -> None:
        end = self._random.choices(self.ENDS, self.WEIGHTS)[0]
        print(end, flush=True)
        self.mood = Mood(status=int(end) if end.isdigit() else None, silent=end == "mute")
        match end:
            case "close":
                pass
            case "garbage" | "half" | "no video":
                self._say_nonsense(connection, end)
            case "play" | "stall":
                threading.Timer(self._random.uniform(0.3, 0.9), self._end, (connection, end)).start()
                super()._serve(connection)
                return
            case _:
                super()._serve(connection)
                return
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def _end(self, connection: socket.socket, end: str) -> None:
        if end == "stall":
            self.behave(silent=True)
        elif connection in self._open:
            self.cut()

    def _say_nonsense(self, connection: socket.socket, end: str) -> None:
        try:
            connection.settimeout(5)
            request = connection.recv(4096).decode(errors="replace")
            while end != "garbage" and not request.startswith("DESCRIBE"):
                connection.sendall(
                    f"RTSP/1.0 200 OK\r\nCSeq: {_sequence(request)}\r\nPublic: DESCRIBE\r\n\r\n".encode()
                )
                request = connection.recv(4096).decode(errors="replace")
                if not request:
                    return
            body = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
            head = f"RTSP/1.0 200 OK\r\nCSeq: {_sequence(request)}\r\nContent-Type: application/sdp\r\n"
            answer = f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
            match end:
                case "garbage":
                    connection.sendall(self._random.randbytes(300))
                case "half":
                    connection.sendall(answer[: len(answer) // 2])
                case _:
                    connection.sendall(answer)
                    connection.recv(4096)
        except OSError:
            return


def _sequence(request: str) -> str:
    return next((line[5:].strip() for line in request.split("\r\n") if line.lower().startswith("cseq:")), "0")


if __name__ == "__main__":
    one = DyingCamera("dying", film.demo_films()[1], offset_s=0.0, seed=1)
    print(one.url, flush=True)
    sys.stdin.read()
