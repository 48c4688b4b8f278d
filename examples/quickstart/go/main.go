package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"log"
	"os"

	codeferry "codeferry.dev/issuer"
)

func main() {
	issuer, err := codeferry.New(codeferry.Options{
		URL: os.Getenv("PLATFORM_URL"), IssuerID: os.Getenv("ISSUER_ID"), Secrets: []string{os.Getenv("ISSUER_SECRET")},
		Codes: func(_ context.Context, order codeferry.CodeRequest) (codes []codeferry.Code, err error) {
			for range order.Outstanding {
				codes = append(codes, codeferry.Code{Value: rand.Text()})
			}
			return codes, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(issuer.ListenAndServe("127.0.0.1:" + cmp.Or(os.Getenv("CALLBACK_PORT"), "3000")))
}
