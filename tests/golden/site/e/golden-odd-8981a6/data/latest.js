runreport.latest("e/golden-odd-8981a6","columns-113f38dedb57.js");
