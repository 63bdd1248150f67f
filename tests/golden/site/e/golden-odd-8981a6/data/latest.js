runreport.latest("e/golden-odd-8981a6","columns-eb9b3c89cc03.js");
