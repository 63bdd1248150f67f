runreport.latest("e/golden-odd-8981a6","columns-a4c51ae81e8a.js");
