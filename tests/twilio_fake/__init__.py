"""A local, stateful Twilio: Messages and Calls over HTTP, signed callbacks, phones that answer.

`python -m tests.twilio_fake --port 8900 --callback-base http://127.0.0.1:8000 --account-sid AC… --auth-token …` serves
it for the demo, with an inbox page at `/`. Tests use the fixture `twilio_fake` of `tests.twilio_fake.fixture`.
"""
