module codeferry.dev/issuer

go 1.24
