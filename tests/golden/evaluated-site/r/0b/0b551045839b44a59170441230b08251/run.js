runreport.run("0b551045839b44a59170441230b08251",{"curves":[],"files":[],"packages":{"numpy":"2.0.0"}});
