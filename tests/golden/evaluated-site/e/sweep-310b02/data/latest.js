runreport.latest("e/sweep-310b02","columns-45940febcb49.js");
