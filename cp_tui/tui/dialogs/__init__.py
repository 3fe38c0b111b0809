"""Questions, forms and results that stand over a screen until they are answered."""
