"""What Word and PowerPoint files share: the package, its XML, text, tables and charts."""
