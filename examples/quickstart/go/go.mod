module example.com/issuer

go 1.24

require codeferry.dev/issuer v0.1.0

replace codeferry.dev/issuer => ../../../packages/go
