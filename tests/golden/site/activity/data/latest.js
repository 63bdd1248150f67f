runreport.latest("activity","columns-0b6aa63b621d.js");
