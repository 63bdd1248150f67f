runreport.data("e/answers-4ad0a0",0,{"_curves":{"p":[],"v":[],"n":2}});
