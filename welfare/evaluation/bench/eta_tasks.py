"""The pattern that most would write: one Celery task with an ETA for each step. Measured beside the engine.

`celery --app welfare.evaluation.bench.eta_tasks worker`. It knows no PostgreSQL: the broker holds the truth.
"""

import os

import requests
from celery import Celery

app = Celery("eta", broker=os.environ.get("REDIS_URL", "").replace("unix://", "redis+socket://", 1))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,  # as careful as the pattern can be; the visibility timeout stays what it is by default
    task_default_queue="eta",
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
SID, TOKEN = os.environ.get("TWILIO_ACCOUNT_SID", ""), os.environ.get("TWILIO_AUTH_TOKEN", "")
TWILIO = f"{os.environ.get('TWILIO_BASE_URL', '')}/2010-04-01/Accounts/{SID}/Messages.json"
session = requests.Session()


@app.task(name="eta.page")  # type: ignore[untyped-decorator]
def page(incident: int, step: int, wait_s: float, to: str) -> None:
    """Send one page and put the next step in the queue."""
    if step:
        page.apply_async((incident, step - 1, wait_s, to), countdown=wait_s)
    form = {"To": to, "From": os.environ["TWILIO_FROM_NUMBER"], "Body": f"ETA #{incident} step {step}"}
    session.post(TWILIO, data=form, auth=(SID, TOKEN), timeout=5)
