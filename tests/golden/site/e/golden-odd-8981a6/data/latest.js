runreport.latest("e/golden-odd-8981a6","columns-d87bff6356ba.js");
