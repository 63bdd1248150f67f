runreport.packages("84c01a72f8ee",[["numpy","2.0.0"]]);
