"""Tests of the city's services, journey by journey."""
