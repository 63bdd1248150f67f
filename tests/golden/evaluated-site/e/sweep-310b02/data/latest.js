runreport.latest("e/sweep-310b02","columns-932de3205d53.js");
