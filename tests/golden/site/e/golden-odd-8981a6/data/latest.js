runreport.latest("e/golden-odd-8981a6","columns-77d3f1de2bd8.js");
