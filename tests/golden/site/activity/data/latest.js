runreport.latest("activity","columns-8d330a7c7aa5.js");
