runreport.latest("activity","columns-977f7262f225.js");
