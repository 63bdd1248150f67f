runreport.latest("activity","columns-0d6dcbcc71fe.js");
