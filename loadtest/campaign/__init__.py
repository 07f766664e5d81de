"""The parts of loadtest/chaos: what runs, what asks, what breaks, what is counted."""
