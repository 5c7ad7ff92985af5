"""Long, seeded endurance tests: ``make soak``."""
