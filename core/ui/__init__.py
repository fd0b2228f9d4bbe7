"""What the pages draw with: the theme, the charts, the shared components."""
