"""Settings for all tests of training."""

from hypothesis import HealthCheck, settings

# A machine that trains at the same time makes any example slow; that is no failure.
settings.register_profile("training", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("training")
