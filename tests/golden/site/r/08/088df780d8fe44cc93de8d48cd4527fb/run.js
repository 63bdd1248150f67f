runreport.run("088df780d8fe44cc93de8d48cd4527fb",{"curves":[],"files":[],"packages":{"numpy":"2.0.0"}});
