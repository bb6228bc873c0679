"""What the server writes to standard error: lines for a console, or one JSON object each.

Modules log as Python's ``logging`` has it, with their fields in ``extra``; structlog makes the lines of it, and adds
the id of the request that a line belongs to.
"""

import logging
import sys

import structlog

from ipqa.settings import Settings

_OURS = "ipqa"


def configure(settings: Settings) -> None:
    """Send the logs of the whole process to standard error, in the form that the settings name."""
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending: list[structlog.typing.Processor] = (
        [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if settings.log_format == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # the default tells local variables, which hold questions, and takes seconds for it
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(_OURS).setLevel(logging.INFO)
    # a lost connection that cannot be closed in due form: told by what came of it, not by a traceback each
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
