runreport.latest("activity","columns-96cb76184c47.js");
