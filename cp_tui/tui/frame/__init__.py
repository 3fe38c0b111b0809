"""What every screen has around its panes: top line, activity, footer, letters to jump."""
