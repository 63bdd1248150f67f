"""The themes that runreport ships, as package data; see ``runreport.site.theme``."""
