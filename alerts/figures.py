"""Incidents and pages for Prometheus, read from PostgreSQL when they are asked for."""

from collections.abc import Iterable

from django.db.models import Count
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.models import Attempt, Incident
from zones.tier import Tier


class IncidentCollector(Collector):
    """Open incidents by tier, camera faults so far, attempts by channel and state."""

    def collect(self) -> Iterable[Metric]:
        """Every figure now."""
        yield self._open()
        yield self._faults()
        yield self._attempts()

    def describe(self) -> Iterable[Metric]:
        """Nothing: the database is not asked when this is registered."""
        return []

    def _open(self) -> Metric:
        metric = GaugeMetricFamily("handrail_incidents_unresolved", "Incidents that nobody has closed", labels=["tier"])
        unresolved = Incident.objects.filter(subject=Incident.Subject.PERSON).exclude(state=Incident.State.RESOLVED)
        counts = dict(unresolved.values_list("tier").annotate(number=Count("pk")))
        for tier in Tier:
            metric.add_metric([tier.word], counts.get(tier, 0))
        return metric

    def _faults(self) -> Metric:
        metric = CounterMetricFamily(
            "handrail_camera_fault_incidents", "Camera faults that were raised", labels=["camera", "fault"]
        )
        faults = Incident.objects.filter(subject=Incident.Subject.CAMERA).order_by("camera")
        for camera, fault, number in faults.values_list("camera", "fault").annotate(number=Count("pk")):
            metric.add_metric([str(camera), fault], number)
        return metric

    def _attempts(self) -> Metric:
        metric = GaugeMetricFamily(
            "handrail_attempts", "Pages by channel and present state", labels=["channel", "state"]
        )
        for channel, state, number in Attempt.objects.values_list("channel", "state").annotate(number=Count("pk")):
            metric.add_metric([channel, state], number)
        return metric
