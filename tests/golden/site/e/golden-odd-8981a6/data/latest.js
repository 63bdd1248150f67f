runreport.latest("e/golden-odd-8981a6","columns-57e2f0c4ca08.js");
