"""Reports that people look at: terminal tables, annotated pictures, the HTML page."""
