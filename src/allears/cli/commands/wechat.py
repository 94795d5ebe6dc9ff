"""`allears wechat-simulator`: Tencent's platform, played on this machine."""

import json
import time
from typing import Annotated

import typer

from allears.cli.words import gettext as _


def wechat_simulator(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 8099,
    speaks: Annotated[str, typer.Option(help="An openid whose customer has just written.")] = "sim-customer",
    seconds: Annotated[float, typer.Option(help="End after this long; 0: at Ctrl C.")] = 0.0,
) -> None:
    """Play the WeChat platform, so that the channel can be tried without an account; prints what is sent."""
    from allears.outreach.channels.wechat.simulator import Tencent, serve

    platform = Tencent()
    platform.speak(speaks)
    server = serve(platform, port=port)
    typer.echo(f"http://127.0.0.1:{server.server_port}  AppID {platform.app_id}  AppSecret {platform.secret}")
    until, printed = time.monotonic() + seconds, 0
    try:
        while not seconds or time.monotonic() < until:
            for message in platform.sent[printed:]:
                typer.echo(json.dumps(message, ensure_ascii=False))
                printed += 1
            time.sleep(0.2)
    except KeyboardInterrupt:
        typer.echo(_("ended"))
    finally:
        server.shutdown()
        server.server_close()


def register(app: typer.Typer) -> None:
    app.command("wechat-simulator")(wechat_simulator)
