runreport.run("8a62772b9d3343138961a4f0b763919e",{"curves":[],"files":[],"packages":{"numpy":"2.0.0"}});
