runreport.run(
{"run_id":"088df780d8fe44cc93de8d48cd4527fb","run_name":"parent","experiment":"Golden \u0026 \u003codd\u003e","experiment_id":"108383273850957403","status":"FINISHED","start_time":1790000000336,"end_time":1790000000399,"params":{},"metrics":{},"tags":{"mlflow.runName":"parent","mlflow.source.name":"train.py"},"registered":[],"artifacts":[],"environment":{"python":"3.11.0","git":{"commit":"cccccccccccccccccccccccccccccccccccccccc","branch":null,"dirty":null}},"packages":"84c01a72f8ee","requirements":"shared/requirements-84c01a72f8ee.txt"}
);
