runreport.run("580523b1efae4a22a6a0ff7897230928",{"curves":[],"files":[],"packages":{"numpy":"2.0.0"}});
