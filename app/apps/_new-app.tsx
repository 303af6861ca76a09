'use client';
import { Button, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';

/** A blank app, or one of the samples that work at once. */
export function NewApp({ onClose }: { onClose: () => void }) {
  const t = useTranslations('apps');
  const locale = useLocale();
  const language = locale.startsWith('zh') ? 'zh' : 'en';
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const samples = useQuery(trpc.apps.samples.queryOptions());
  const [from, setFrom] = useState('blank');
  const [name, setName] = useState('');
  const open = ({ id }: { id: string }) => {
    void queries.invalidateQueries(trpc.apps.list.pathFilter());
    router.push(`/studio/${id}`);
  };
  const blank = useMutation(trpc.apps.create.mutationOptions({ onSuccess: open }));
  const sample = useMutation(trpc.apps.createFromSample.mutationOptions({ onSuccess: open }));
  const chosen = samples.data?.find((one) => one.slug === from);
  const named = name.trim() === '' ? undefined : { en: name.trim(), zh: name.trim() };
  const submit = () => {
    if (from !== 'blank') sample.mutate({ sample: from, ...(named ? { name: named } : {}) });
    else if (named) blank.mutate({ name: named });
  };
  const error = blank.error ?? sample.error;
  return (
    <Modal opened onClose={onClose} title={t('new')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap={12}>
          <TextInput
            label={t('name')}
            data-autofocus
            required={from === 'blank'}
            placeholder={chosen ? chosen.title[language] : t('namePlaceholder')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-testid="new-app-name"
          />
          <Radio.Group label={t('startFrom')} value={from} onChange={setFrom}>
            <Stack gap={8} mt={6}>
              <Radio value="blank" label={t('blank')} data-testid="new-app-blank" />
              {samples.data?.map((one) => (
                <Radio
                  key={one.slug}
                  value={one.slug}
                  label={one.title[language]}
                  description={one.summary?.[language]}
                  data-testid={`new-app-sample-${one.slug}`}
                />
              ))}
            </Stack>
          </Radio.Group>
          {error && <ErrorState error={error} />}
          <Button
            type="submit"
            disabled={from === 'blank' && !named}
            loading={blank.isPending || sample.isPending}
            data-testid="new-app-create"
          >
            {t('create')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
