"""The Space: `python app.py`, then open http://127.0.0.1:7860. HOST and PORT change the address.

It loads the two models that models.json or the environment name (see model_sources.py), puts one queue before
them, and serves through it the API of service/ and the pages of ui/ and private/. No text is logged, stored
or sent elsewhere.
"""

import argparse
import gc
import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

HOME = Path(__file__).resolve().parent
if "space" not in sys.modules:  # published, this folder is all there is, and has another name
    sys.modules["space"] = ModuleType("space")
    sys.modules["space"].__path__ = [str(HOME)]

# Read when they are imported: gradio's statistics, FastAPI's own traces (see service/monitoring/tracing.py).
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] = "false"

if missing := [name for name in ("fastapi", "huggingface_hub", "onnxruntime") if find_spec(name) is None]:
    print(
        f"space: this Python lacks {', '.join(missing)}. In a clone, `make demo` installs what it needs into "
        ".venv and starts it; elsewhere: pip install -r requirements.txt, the file beside this one.",
        file=sys.stderr,
    )
    sys.exit(2)

from space.service.allocator import give_back_memory

give_back_memory()  # before libraries start threads

from space.assembly import App, find_place
from space.model_loading import load_model
from space.model_sources import SourceError, find_sources
from space.service.monitoring.tracing import TracingError
from space.service.server import Server, configure
from space.service.settings import SettingsError, describe_settings, read_settings


def main() -> int:
    """Serve until the process is told to stop; returns its exit code."""
    # There are no arguments but --help: what can be set is set in the environment.
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"environment variables, their defaults and what they are; docs/operating.md says more:\n"
        f"{describe_settings()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args()
    try:
        place, settings = find_place(os.environ), read_settings(os.environ)
        student, teacher = (load_model(source) for source in find_sources(HOME, os.environ))
        app = App(student, teacher, settings, place)
    except (SettingsError, SourceError, TracingError) as error:
        print(f"space: {error}", file=sys.stderr)
        return 2
    app.log.configure()
    config = configure(app.asgi, place.host, place.port, settings, app.metrics.connection_ended)
    server = Server(config, app.health.drain, app.idle, settings.drain_s)
    threading.Thread(target=app.health.warm_up, name="warm-up", daemon=True).start()
    # What is there now stays. Looking through it again and again would hold every request up for the
    # tenth of a second that it takes.
    gc.collect()
    gc.freeze()
    server.run()
    app.close()
    return server.exit_code


if __name__ == "__main__":
    # Not sys.exit: a thread may still be in ONNX Runtime (a warm-up, a measurement that a visitor started),
    # which aborts the process when its libraries are taken down below it.
    os._exit(main())
