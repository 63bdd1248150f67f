runreport.latest("activity","columns-a70a0bdf5a6a.js");
