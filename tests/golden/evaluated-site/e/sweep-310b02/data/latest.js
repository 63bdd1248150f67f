runreport.latest("e/sweep-310b02","columns-2451b53d325e.js");
