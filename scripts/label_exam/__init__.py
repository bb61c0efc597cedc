"""What the label finder is trained and measured with: the hand-answered photos, the probe, its rivals, the exam."""
