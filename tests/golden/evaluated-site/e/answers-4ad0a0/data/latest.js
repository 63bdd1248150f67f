runreport.latest("e/answers-4ad0a0","columns-3723ee983902.js");
