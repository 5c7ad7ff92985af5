"""Long, seeded endurance tests of whole runs; ``make soak`` runs them."""
