"""The page that ours is measured against: Starlette, Jinja2, one aiosqlite read of 20 rows.

`python -m benchmarks.bare PORT DATABASE` serves it at /page and a constant answer at /constant, on
the same server software and settings as a node.
"""

from __future__ import annotations

import asyncio
import sys

import aiosqlite
import uvloop
from jinja2 import DictLoader, Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from node.serving import bound, listener, run_until_stopped

ROWS = 20
PAGE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{{ title }}</title>
</head><body><h1>{{ title }}</h1><table>{% for row in rows %}
<tr><td>{{ row[0] }}</td><td>{{ row[1] }}</td><td>{{ row[2] }}</td></tr>{% endfor %}
</table></body></html>"""


async def serve(port: int, database: str) -> None:
    """Serve until told to stop."""
    templates = Environment(loader=DictLoader({"page": PAGE}), autoescape=True)
    template = templates.get_template("page")
    async with aiosqlite.connect(database) as connection:
        await connection.execute("pragma journal_mode=wal")
        await connection.execute(
            "create table if not exists line (id integer primary key, place text, state text)"
        )
        await connection.executemany(
            "insert or ignore into line values (?, ?, ?)",
            [(number, f"Raum {number}", "bestätigt") for number in range(200)],
        )
        await connection.commit()

        async def page(_: Request) -> Response:
            rows = await connection.execute_fetchall(
                "select id, place, state from line where id >= 40 order by id limit ?", (ROWS,)
            )
            return HTMLResponse(template.render(title="Mein Tag", rows=rows))

        async def constant(_: Request) -> Response:
            return PlainTextResponse("constant")

        app = Starlette(routes=[Route("/page", page), Route("/constant", constant)])
        served = (listener(app), bound("127.0.0.1", port))
        await run_until_stopped([served], ready=lambda: None)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), sys.argv[2]))
