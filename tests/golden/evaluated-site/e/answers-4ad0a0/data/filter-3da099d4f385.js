runreport.data("e/answers-4ad0a0",0,{"end_time":[1790000003563,1790000003955],"tags.mlflow.loggedArtifacts":{"d":["[{\"path\": \"eval_results_table.json\", \"type\": \"table\"}]"],"i":[0,0]}});
