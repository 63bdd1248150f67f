runreport.latest("activity","columns-a60f04702eca.js");
