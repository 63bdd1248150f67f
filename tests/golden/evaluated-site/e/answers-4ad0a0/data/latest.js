runreport.latest("e/answers-4ad0a0","columns-aa28f81a8419.js");
